"""Tables, whatever format they are in: text, columns and what they mean, profiles, preview; selections to write."""
