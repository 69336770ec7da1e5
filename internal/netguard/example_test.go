package netguard_test

import (
	"errors"
	"fmt"
	"net/netip"

	"github.com/saccade-dev/saccade"
	"github.com/saccade-dev/saccade/internal/netguard"
)

// A guard refuses what strangers must not reach, in whatever notation they
// write it, and passes what the operator lists.
func ExampleGuard_CheckURL() {
	config := netguard.DefaultConfig()
	config.Allow = []string{"intranet.example", "10.1.0.0/16"}
	guard, err := netguard.New(config)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, address := range []string{
		"https://example.com/page", "http://127.0.0.1/", "http://0x7f.1/", "http://169.254.169.254/latest/meta-data/",
		"http://intranet.example:3000/", "http://10.1.2.3/", "file:///etc/passwd",
	} {
		if _, err := guard.CheckURL(address); err != nil {
			fmt.Println(address, "refused:", saccade.AsError(err).Code)
			continue
		}
		fmt.Println(address, "passes")
	}
	// Output:
	// https://example.com/page passes
	// http://127.0.0.1/ refused: invalid_input_configuration
	// http://0x7f.1/ refused: invalid_input_configuration
	// http://169.254.169.254/latest/meta-data/ refused: invalid_input_configuration
	// http://intranet.example:3000/ passes
	// http://10.1.2.3/ passes
	// file:///etc/passwd refused: invalid_input_configuration
}

func ExamplePublic() {
	for _, a := range []string{"8.8.8.8", "192.168.0.1", "64:ff9b::7f00:1", "2606:4700::1111"} {
		err := netguard.Public(netip.MustParseAddr(a))
		fmt.Println(a, err == nil, errors.Is(err, netguard.ErrRefused))
	}
	// Output:
	// 8.8.8.8 true false
	// 192.168.0.1 false true
	// 64:ff9b::7f00:1 false true
	// 2606:4700::1111 true false
}
