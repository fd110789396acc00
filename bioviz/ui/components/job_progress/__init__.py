"""How far a job is: a line and a bar that the browser keeps up to date."""
