"""What is known of the datasets of BEANS; `formats.beans` reads them."""
