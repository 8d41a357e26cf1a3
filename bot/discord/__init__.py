"""Discord's habits, in one place: answering in time, its errors, who asks, what is typed."""
