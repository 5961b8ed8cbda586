"""What holds of orders: pure functions."""
