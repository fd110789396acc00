"""What is measured of sound without a model: of a clip, of a box in it, and of a recording's band."""
