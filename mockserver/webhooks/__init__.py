"""What the mock sends by itself: the deliveries to webhooks, and nowhere but where it is allowed to."""
