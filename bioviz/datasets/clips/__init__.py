"""From recordings and annotations to labelled clips."""
