"""The pages of the diary, one module for each noun: today, diary, booking, series, visits, episodes, plans, answers."""
