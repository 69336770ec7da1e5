// Package service holds the use cases of the service and its [Limits].
package service
