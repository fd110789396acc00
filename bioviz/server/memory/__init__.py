"""What the server holds in memory, and how it gives it back."""
