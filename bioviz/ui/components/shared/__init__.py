"""What components have in common: the log of acts, how they are mounted, clips over HTTP."""
