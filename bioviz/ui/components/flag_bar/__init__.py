"""Flagging the clip that is shown."""
