"""A Discord client in the browser, served on loopback; it acts through the same driver as tests."""
