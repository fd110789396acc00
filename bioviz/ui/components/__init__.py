"""What pages show that answers in the browser: each component's Python, JavaScript and style sheet in one folder."""
