"""What a table of scores tells: ranks, the claims of the paper, open questions; the dataset is the unit."""
