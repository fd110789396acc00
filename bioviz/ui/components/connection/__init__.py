"""A banner where the server does not answer."""
