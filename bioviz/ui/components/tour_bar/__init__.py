"""The bar of the guided tour."""
