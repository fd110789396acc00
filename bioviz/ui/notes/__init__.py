"""Sentences that several pages say when something is to be known of what they show."""
