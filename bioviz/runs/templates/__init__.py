"""How much each clip sounds like the annotated calls of other recordings, kept like the stages of a run."""
