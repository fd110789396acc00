"""A study: several models on several datasets, beside the published values of the paper, and what both say."""
