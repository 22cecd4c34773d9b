"""What a client does at home between visits: what can be given, the programme, its page by link, its sheet on paper."""
