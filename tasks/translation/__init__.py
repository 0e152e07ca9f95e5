"""Translation: between English and another language, either way."""
