"""One clip: its sound, spectrogram, facts and nearest neighbors."""
