//go:build !unix

package storetest

import "errors"

func startPostgres() (server string, stop func(), err error) {
	return "", nil, errors.New("tests start no server on this system")
}
