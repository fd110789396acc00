"""Files of sound as they are, which may not be as their headers say: opened, checked, hashed, listened to."""
