"""What keeps the record true: what a signature covers, the chain it joins, and how a changed byte is found."""
