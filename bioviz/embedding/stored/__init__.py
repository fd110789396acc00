"""What is kept of computed recordings: a block each, many blocks in a pack, and the matrix that is made of them."""
