"""What clients answer by text message: read as the few words they can mean, else by somebody of the practice."""
