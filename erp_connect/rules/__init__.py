"""What holds of orders whatever back-end keeps them: pure functions, no I/O and no clock."""
