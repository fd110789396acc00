"""What users bring: model files and folders of their own, and embeddings that others computed."""
