package gaze

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

const ms = time.Millisecond

// sized knows the size of one stimulus.
func sized(name string) (w, h int, ok bool) { return 400, 200, name == "home" }

// The samples follow the columns of public exports; the numbers are made up.
const (
	tobiiTSV = "Recording timestamp\tParticipant name\tRecording name\tPresented Stimulus name\tEye movement type\tGaze event duration\tEye movement type index\tFixation point X (MCSnorm)\tFixation point Y (MCSnorm)\n" +
		"1000\tP1\tR1\thome\tSaccade\t20\t1\t\t\n" +
		"1020\tP1\tR1\thome\tFixation\t180\t1\t0,2500\t0,5000\n" +
		"1040\tP1\tR1\thome\tFixation\t180\t1\t0,2500\t0,5000\n" +
		"1210\tP1\tR1\thome\tFixation\t90\t2\t1,2000\t0,5000\n" +
		"3000\tP2\tR2\thome\tUnclassified\t5\t1\t\t\n" +
		"3100\tP2\tR2\thome\tFixation\t250\t1\t0.75\t0.1\n"
	tobiiScreen = "Recording timestamp [μs],Participant name,Presented Media name,Eye movement type,Eye movement type index,Gaze event duration [ms],Fixation point X [DACS px],Fixation point Y [DACS px],Presented Media width [px],Presented Media height [px],Presented Media position X [DACS px],Presented Media position Y [DACS px]\n" +
		"0,P1,home,Fixation,1,200,1060,540,800,400,560,340\n" +
		"100000,P1,home,Fixation,1,200,1060,540,800,400,560,340\n" +
		"250000,P1,home,Fixation,2,150,560,340,800,400,560,340\n" +
		"400000,P1,,Fixation,3,150,560,340,,,,\n"
	gazepointCSV = "MEDIA_ID,MEDIA_NAME,CNT,TIME(2026/01/02 10:00:00.000),TIMETICK(f=10000000),FPOGX,FPOGY,FPOGS,FPOGD,FPOGID,FPOGV,BPOGX\n" +
		"0,home,10,0.5,1,0.40,0.20,0.30,0.10,1,1,0.4\n" +
		"0,home,11,0.6,2,0.41,0.21,0.30,0.25,1,1,0.4\n" +
		"0,home,12,0.7,3,0.90,0.90,0.60,0.20,2,0,0.4\n" +
		"1,other,13,0.9,4,0.10,0.10,0.85,0.30,3,1,0.4\n"
	pupilCoreCSV = "world_timestamp,world_index,fixation_id,start_timestamp,duration,dispersion,norm_pos_x,norm_pos_y,x_scaled,y_scaled,on_surf\n" +
		"5000.1,10,7,5000.05,150.5,1.1,0.25,0.90,0,0,True\n" +
		"5000.2,11,7,5000.05,150.5,1.1,0.25,0.90,0,0,True\n" +
		"5000.5,14,8,5000.40,90,1.1,1.4,0.5,0,0,False\n"
	pupilCloudCSV = "section id,recording id,fixation id,start timestamp [ns],end timestamp [ns],duration [ms],fixation detected in reference image,fixation x [px],fixation y [px]\n" +
		"s1,r1,1,1700000000000000000,1700000000200000000,200,True,100,50\n" +
		"s1,r1,2,1700000000300000000,1700000000400000000,100,False,,\n" +
		"s2,r2,1,1700000009000000000,1700000009100000000,100,true,200,100\n"
	webgazerCSV = "t,x,y\n0,100,100\n30,102,99\n60,101,101\n90,99,100\n120,100,100\n150,300,20\n180,301,22\n300,302,21\n"
	clicksCSV   = "session,page,time,type,x,y\na,home,50,mousemove,1,1\na,home,80,click,200,100\nb,home,10,click,100,50\n"
)

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text string
		src        Source
		want       Export
	}{
		{"tobii", tobiiTSV, Source{}, Export{Tobii, []Fixation{
			{"home", "P1", 20 * ms, 180 * ms, 0.25, 0.5}, {"home", "P2", 100 * ms, 250 * ms, 0.75, 0.1}}, 1}},
		{"tobii, screen pixels and microseconds", tobiiScreen, Source{}, Export{Tobii, []Fixation{
			{"home", "P1", 0, 200 * ms, 0.625, 0.5}, {"home", "P1", 250 * ms, 150 * ms, 0, 0}}, 1}},
		{"gazepoint", gazepointCSV, Source{Observer: "User 1"}, Export{Gazepoint, []Fixation{
			{"home", "User 1", 0, 250 * ms, 0.41, 0.21}, {"other", "User 1", 0, 300 * ms, 0.1, 0.1}}, 1}},
		{"pupil core", pupilCoreCSV, Source{"home", "p07", nil}, Export{PupilCore, []Fixation{
			{"home", "p07", 0, 150500 * time.Microsecond, 0.25, 0.1}}, 1}},
		{"pupil cloud", pupilCloudCSV, Source{"home", "", sized}, Export{PupilCloud, []Fixation{
			{"home", "r1", 0, 200 * ms, 0.25, 0.25}, {"home", "r2", 0, 100 * ms, 0.5, 0.5}}, 0}},
		{"webgazer", webgazerCSV, Source{"home", "w", sized}, Export{WebGazer, []Fixation{
			{"home", "w", 0, 120 * ms, 0.251, 0.5}, {"home", "w", 150 * ms, 150 * ms, 0.7525, 0.105}}, 0}},
		{"clicks", clicksCSV, Source{Size: sized}, Export{Clicks, []Fixation{
			{"home", "a", 0, 0, 0.5, 0.5}, {"home", "b", 0, 0, 0.25, 0.25}}, 0}},
		{"clicks in fractions, by a spreadsheet", "\ufeffx;y;unit\r\n0,5;0,25;fraction\r\n", Source{Stimulus: "home", Observer: "o"}, Export{Clicks, []Fixation{
			{"home", "o", 0, 0, 0.5, 0.25}}, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Read(strings.NewReader(c.text), c.src)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(&c.want, got, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestReadRefuses(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       string // part of the message
	}{
		{"empty", "", "empty"},
		{"binary", "\x1aE\xdf\xa3\x00\x00", "no text"},
		{"UTF-16", "x\x00,\x00y\x00", "UTF-8"},
		{"foreign", "name,age\nAnn,7\n", "no known export"},
		{"header alone", "t,x,y\n", "no fixation"},
		{"torn line", tobiiTSV + "4000\tP2\n", "line 8 has 2 columns"},
		{"no number", "fixation_id,norm_pos_x,norm_pos_y,on_surf\n1,left,0.5,True\n", `line 2: "norm_pos_x" is "left"`},
		{"not a surface", "fixation_id,norm_pos_x,norm_pos_y\n1,0.5,0.5\n", "on_surf"},
		{"no index", "Eye movement type,Fixation point X (MCSnorm),Fixation point Y (MCSnorm)\nFixation,0.5,0.5\n", "index"},
		{"screen without the medium", "Eye movement type,Eye movement type index,Fixation point X,Fixation point Y\nFixation,1,800,500\n", "Presented Media position"},
		{"pixels of what", pupilCloudCSV, "size of the stimulus is not known"},
		{"all beside", "x,y,unit\n5,5,fraction\n", "1 were dropped"},
		{"no FPOGID", "FPOGX,FPOGY\n0.5,0.5\n", "FPOGID"},
		{"infinite", "x,y,unit\nInf,0,fraction\n", "no number"},
		{"long name", "x,y,unit,observer\n0.5,0,fraction," + strings.Repeat("n", 500) + "\n", "longer than"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Read(strings.NewReader(c.text), Source{Stimulus: "home", Observer: "o"})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want something with %q", err, c.want)
			}
		})
	}
}

// TestMicrosecondsAreRecognized: a column without a unit whose fixations span a
// thousand times their own durations counts microseconds.
func TestMicrosecondsAreRecognized(t *testing.T) {
	text := "Recording timestamp,Participant name,Presented Stimulus name,Eye movement type,Gaze event duration,Eye movement type index,Fixation point X (MCSnorm),Fixation point Y (MCSnorm)\n" +
		"0,P,home,Fixation,200,1,0.5,0.5\n190000,P,home,Fixation,200,1,0.5,0.5\n400000,P,home,Fixation,100,2,0.5,0.5\n490000,P,home,Fixation,100,2,0.5,0.5\n"
	e, err := Read(strings.NewReader(text), Source{})
	if err != nil {
		t.Fatal(err)
	}
	if f := e.Fixations[1]; f.Onset != 400*ms || f.Duration != 100*ms {
		t.Errorf("%+v", f)
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{tobiiTSV, tobiiScreen, gazepointCSV, pupilCoreCSV, pupilCloudCSV, webgazerCSV, clicksCSV, "x,y\n1,1\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := Read(strings.NewReader(s), Source{Stimulus: "home", Observer: "o", Size: func(string) (w, h int, ok bool) { return 400, 200, true }})
		if err != nil {
			return
		}
		if len(e.Fixations) == 0 {
			t.Error("no fixation and no error")
		}
		for _, x := range e.Fixations {
			if !(x.X >= 0 && x.X < 1 && x.Y >= 0 && x.Y < 1) {
				t.Errorf("accepted %+v", x)
			}
		}
	})
}
