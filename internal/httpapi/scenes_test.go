package httpapi

// scene prepares what an operation's examples need and gives its path; change
// puts real values in place of an example's made-up ones.
type scene struct {
	path   func(h *harness) string
	change func(h *harness, body map[string]any)
}

func at(path string) func(*harness) string { return func(*harness) string { return path } }

func under(prefix string, id func(*harness) string, suffix string) func(h *harness) string {
	return func(h *harness) string { return prefix + id(h) + suffix }
}

// done starts an analysis and has it succeed.
func done(start func(*harness) string) func(h *harness) string {
	return func(h *harness) string {
		id := start(h)
		h.succeed(id)
		return id
	}
}

// exposed gives the exposed id of a successful image analysis.
func exposed(h *harness) string {
	var v imageView
	h.call("GET", "/v2/analyses/"+done((*harness).image)(h), nil).into(h.t, 200, &v)
	return v.ExposedID
}

// written is exposed of an analysis that both texts were written about.
func written(h *harness) string {
	id := exposed(h)
	for _, kind := range []string{"summary", "recommendations"} {
		h.call("POST", "/v2/analyses/"+kind+"/"+id, nil).into(h.t, 200, nil)
		h.pollText("/v2/analyses/" + kind + "/" + id)
	}
	return id
}

func webhookOf(h *harness) string {
	var w webhookView
	h.call("POST", "/v2/webhooks", object{"url": "https://hooks.example.com/"}).into(h.t, 201, &w)
	return w.ID
}

func linkOf(h *harness) string {
	var s shareView
	h.call("POST", "/v2/shares", object{"analysis": done((*harness).image)(h)}).into(h.t, 201, &s)
	return s.ID
}

func tokenOf(h *harness) string {
	var token struct{ ID string }
	h.call("POST", "/v2/tokens", object{}).into(h.t, 201, &token)
	return token.ID
}

func deliveryOf(h *harness) string {
	webhookOf(h)
	done((*harness).video)(h)
	var log struct{ Deliveries []deliveryView }
	h.call("GET", "/v2/webhook-deliveries", nil).into(h.t, 200, &log)
	return log.Deliveries[0].ID
}

// filled gives a list's path once there is something of everything to list.
func filled(path string) func(h *harness) string {
	return func(h *harness) string {
		deliveryOf(h)
		h.fail(h.video(), "unreadable_input_video")
		h.image()
		return path
	}
}

func uploadURL(h *harness) string {
	var u struct{ URL string }
	h.call("GET", "/v2/upload-urls", nil).into(h.t, 200, &u)
	return u.URL
}

func outputLink(h *harness) string {
	var v videoView
	h.call("GET", "/v2/analyses/video/"+done((*harness).video)(h), nil).into(h.t, 200, &v)
	return string(v.Outputs.Attention.AttentionMap)
}

// pairOfImages are two analyses to compare.
func pairOfImages(h *harness, body map[string]any) {
	for _, side := range []string{"base", "candidate"} {
		body[side] = done((*harness).image)(h)
	}
}

// finished names analyses that have succeeded in the request for a share.
func finished(h *harness, body map[string]any) {
	id := done((*harness).image)(h)
	if body["pair"] != nil {
		body["pair"] = []string{id, done((*harness).video)(h)}
	} else {
		body["analysis"] = id
	}
}

// scenes has a scene for every operation of the document.
func scenes() map[string]scene {
	upload := func(h *harness, body map[string]any) { body["input"].(map[string]any)["content"] = h.upload() }
	video, image := (*harness).video, (*harness).image
	return map[string]scene{
		"create-upload-url":     {path: at("/v2/upload-urls")},
		"put-upload":            {path: uploadURL},
		"get-output":            {path: outputLink},
		"create-video-analysis": {path: at("/v2/analyses/video"), change: upload},
		"list-video-analyses":   {path: filled("/v2/analyses/video")},
		"get-video-analysis":    {path: under("/v2/analyses/video/", done(video), "")},
		"stream-video-analysis": {path: under("/v2/analyses/video/", done(video), "/events")},
		"set-video-aois":        {path: under("/v2/analyses/video/", done(video), "/aois")},
		"add-video-outputs":     {path: under("/v2/analyses/video/", done(video), "/outputs")},
		"add-outputs":           {path: under("/v2/analyses/", done(image), "/outputs")},
		"update-video-analysis": {path: under("/v2/analyses/video/", done(video), "")},
		"update-analysis":       {path: under("/v2/analyses/", done(image), "")},
		"delete-video-analysis": {path: under("/v2/analyses/video/", video, "")},
		"create-analysis":       {path: at("/v2/analyses")},
		"list-analyses":         {path: filled("/v2/analyses")},
		"get-analysis":          {path: under("/v2/analyses/", done(image), "")},
		"stream-analysis":       {path: under("/v2/analyses/", done(image), "/events")},
		"set-aois":              {path: under("/v2/analyses/", done(image), "/aois")},
		"delete-analysis":       {path: under("/v2/analyses/", image, "")},
		"compare":               {path: at("/v2/compare"), change: pairOfImages},
		"get-report":            {path: under("/v2/reports/", done(video), "")},
		"update-meta":           {path: under("/v2/update-meta/screenshot/", exposed, "")},
		"start-summary":         {path: under("/v2/analyses/summary/", exposed, "")},
		"get-summary":           {path: under("/v2/analyses/summary/", written, "")},
		"start-recommendations": {path: under("/v2/analyses/recommendations/", exposed, "")},
		"get-recommendations":   {path: under("/v2/analyses/recommendations/", written, "")},
		"create-share":          {path: at("/v2/shares"), change: finished},
		"list-shares":           {path: func(h *harness) string { linkOf(h); return "/v2/shares" }},
		"get-share":             {path: under("/v2/shares/", linkOf, "")},
		"delete-share":          {path: under("/v2/shares/", linkOf, "")},
		"create-webhook":        {path: at("/v2/webhooks")},
		"list-webhooks":         {path: filled("/v2/webhooks")},
		"get-webhook":           {path: under("/v2/webhooks/", webhookOf, "")},
		"update-webhook":        {path: under("/v2/webhooks/", webhookOf, "")},
		"delete-webhook":        {path: under("/v2/webhooks/", webhookOf, "")},
		"list-deliveries":       {path: filled("/v2/webhook-deliveries")},
		"get-delivery":          {path: under("/v2/webhook-deliveries/", deliveryOf, "")},
		"redeliver":             {path: under("/v2/webhook-deliveries/", deliveryOf, "/redeliver")},
		"get-usage":             {path: filled("/v2/usage")},
		"list-audit":            {path: at("/v2/audit")},
		"list-tokens":           {path: at("/v2/tokens")},
		"create-token":          {path: at("/v2/tokens")},
		"revoke-token":          {path: under("/v2/tokens/", tokenOf, "")},
		"create-session":        {path: at("/session"), change: func(h *harness, body map[string]any) { body["token"] = h.token }},
		"delete-session":        {path: at("/session")},
		"lens":                  {path: at("/v2/lens")},
		"get-health":            {path: at("/healthz")},
		"get-readiness":         {path: at("/readyz")},
		"get-metrics":           {path: at("/metrics")},
	}
}
