#!/bin/sh
# Greets everyone, and says which machine does it.
while read -r greeting; do
  echo "$greeting, from $(cat /app/machine) ($(cat /app/platform))"
done < /app/greeting.txt
