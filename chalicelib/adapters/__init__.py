"""Adapters to the outside. The only code that imports boto3, urllib3 and smtplib, and only when something is sent."""
