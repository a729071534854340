"""Adapters to outside services.

Only they import boto3, urllib3 and smtplib, and only on the first use.
"""
