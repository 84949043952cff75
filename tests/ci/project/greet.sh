#!/bin/sh
echo "Hello from $(uname -m)"
