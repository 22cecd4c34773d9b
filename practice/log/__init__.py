"""The log of messages: what was, will be or will not be sent and why; who is to be rung; how fast a batch leaves."""
