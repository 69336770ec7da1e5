module github.com/saccade-dev/saccade

go 1.26
