package operator

import (
	"context"

	"github.com/saccade-dev/saccade/internal/state"
	"github.com/saccade-dev/saccade/internal/store"
)

// State is the flags about where the service keeps its state.
type State struct {
	Data       string `default:"saccade-data" placeholder:"DIR" help:"Directory with the database and the objects (default: saccade-data)."`
	Database   string `secret:"" placeholder:"URL" help:"postgres://... instead of the SQLite file in the data directory."`
	Storage    string `placeholder:"URL" help:"s3://bucket/prefix?endpoint=https://...&region=... instead of objects in the data directory; keys from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY."`
	SecretFile string `placeholder:"FILE" help:"File with the secret that signs links, the same for all processes (default: the database holds one)."`
}

// Config returns them as the state takes them.
func (s State) Config() state.Config {
	return state.Config{Data: s.Data, Database: s.Database, Storage: s.Storage, SecretFile: s.SecretFile}
}

// Open opens the database, creating and migrating it where needed.
func (s State) Open(ctx context.Context) (*store.Store, error) { return s.Config().OpenStore(ctx, nil) }
