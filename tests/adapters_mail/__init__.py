"""Mail as it leaves: letters, and a real SMTP server that takes them."""
