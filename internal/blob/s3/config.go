package s3

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"strings"

	"github.com/saccade-dev/saccade/internal/blob"
)

// Scheme begins the address of a bucket.
const Scheme = "s3://"

// Config says which bucket, and how to get there. [Parse] makes one of the
// address of a bucket.
type Config struct {
	Endpoint  *url.URL // of the service, with its scheme; no path
	Public    *url.URL // where clients reach the service, if elsewhere; nil: Endpoint
	Region    string
	Bucket    string
	Prefix    string // of all keys: segments between slashes, without a slash at either end; may be empty
	AccessKey string
	SecretKey string
	Spool     string // a directory of this machine for the objects that are being read
}

// DefaultConfig returns Amazon's service in us-east-1: all but the bucket, the keys
// and the spool.
func DefaultConfig() Config {
	return Config{Endpoint: &url.URL{Scheme: "https", Host: "s3.amazonaws.com"}, Region: "us-east-1"}
}

// Parse reads the address of a bucket: s3://bucket/prefix?endpoint=URL&region=NAME,
// where prefix, endpoint, region and public (the endpoint as clients reach it) may
// be missing. Keys do not belong into it.
func Parse(address string) (Config, error) {
	c := DefaultConfig()
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "s3" || u.Opaque != "" || u.Fragment != "" {
		return c, errors.New("a bucket is named like s3://bucket/prefix?endpoint=https://s3.example.com&region=us-east-1")
	}
	if u.User != nil {
		return c, errors.New("keys do not belong into the address of the bucket: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	c.Bucket, c.Prefix = u.Host, strings.Trim(u.Path, "/")
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return c, fmt.Errorf("the query of the address of the bucket cannot be read: %w", err)
	}
	for name, values := range query {
		value := values[len(values)-1]
		switch name {
		case "endpoint":
			c.Endpoint, err = parseEndpoint(name, value)
		case "public":
			c.Public, err = parseEndpoint(name, value)
		case "region":
			c.Region = value
		default:
			err = fmt.Errorf("the address of a bucket has no parameter %q, but endpoint, region and public", name)
		}
		if err != nil {
			return c, err
		}
	}
	return c, nil
}

// parseEndpoint reads the address of a service.
func parseEndpoint(name, value string) (*url.URL, error) {
	u, err := url.Parse(value)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" {
		return nil, fmt.Errorf("%s=%q of the bucket is not an address like https://s3.example.com", name, value)
	}
	return &url.URL{Scheme: u.Scheme, Host: u.Host}, nil
}

var bucketName = regexp.MustCompile(`^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$`)

// Validate reports all that is wrong.
func (c Config) Validate() error {
	var errs []error
	fail := func(format string, args ...any) { errs = append(errs, fmt.Errorf("s3: "+format, args...)) }
	if c.Endpoint == nil || c.Endpoint.Host == "" {
		fail("Endpoint (endpoint= of --storage, SACCADE_STORAGE) is missing")
	}
	if !bucketName.MatchString(c.Bucket) || net.ParseIP(c.Bucket) != nil {
		fail("Bucket (--storage, SACCADE_STORAGE) %q is not the name of a bucket: 3 to 63 of a-z 0-9 . -", c.Bucket)
	}
	if c.Prefix != "" && blob.CheckKey(blob.Key(c.Prefix)) != nil {
		fail("Prefix (--storage, SACCADE_STORAGE) %q is not made of segments of A-Z a-z 0-9 . _ -", c.Prefix)
	}
	if c.Region == "" {
		fail("Region (region= of --storage, SACCADE_STORAGE) is empty")
	}
	if c.AccessKey == "" {
		fail("AccessKey (AWS_ACCESS_KEY_ID or AWS_ACCESS_KEY_ID_FILE) is missing")
	}
	if c.SecretKey == "" {
		fail("SecretKey (AWS_SECRET_ACCESS_KEY or AWS_SECRET_ACCESS_KEY_FILE) is missing")
	}
	if c.Spool == "" {
		fail("Spool (--data, SACCADE_DATA) is missing")
	}
	return errors.Join(errs...)
}
