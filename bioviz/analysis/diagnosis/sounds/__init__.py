"""What the sound of clips has to do with their confusion."""
