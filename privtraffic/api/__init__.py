"""What `import privtraffic as pt` offers beside the analyses: read, keep, write."""
