// A TCP proxy that adds a delay to every byte, each way, and keeps their order: a distant registry on loopback.
// Usage: delay LISTEN TARGET DELAY, such as delay 127.0.0.1:5001 127.0.0.1:5000 10ms
//
// A connection is there at once, since the kernel answers for the listener: a real one takes a round trip more.
package main

import (
	"fmt"
	"net"
	"os"
	"time"
)

type chunk struct {
	due   time.Time
	bytes []byte
}

// Passes what it reads on, each piece when it is due. The end of one direction ends that direction alone.
func relay(from, to *net.TCPConn, delay time.Duration) {
	pieces := make(chan chunk, 1024)
	go func() {
		defer close(pieces)
		for {
			buffer := make([]byte, 64<<10)
			n, err := from.Read(buffer)
			if n > 0 {
				pieces <- chunk{time.Now().Add(delay), buffer[:n]}
			}
			if err != nil {
				return
			}
		}
	}()
	for piece := range pieces {
		time.Sleep(time.Until(piece.due))
		if _, err := to.Write(piece.bytes); err != nil {
			from.Close()
		}
	}
	to.CloseWrite()
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func main() {
	if len(os.Args) != 4 {
		fmt.Fprintln(os.Stderr, "usage: delay LISTEN TARGET DELAY")
		os.Exit(2)
	}
	delay := must(time.ParseDuration(os.Args[3]))
	target := must(net.ResolveTCPAddr("tcp", os.Args[2]))
	listener := must(net.Listen("tcp", os.Args[1]))
	for {
		near := must(listener.Accept()).(*net.TCPConn)
		go func() {
			far, err := net.DialTCP("tcp", nil, target)
			if err != nil {
				near.Close()
				return
			}
			go relay(near, far, delay)
			relay(far, near, delay)
		}()
	}
}
