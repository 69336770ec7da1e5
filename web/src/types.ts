// The words of the API, as far as the app reads them.

export type Kind = 'video' | 'image' | 'url';
type Status = 'pending' | 'success' | 'failed';
export type Point = [number, number];

export interface Box { x: number; y: number; width: number; height: number }

export interface Aoi { name: string; box?: Box; polygon?: Point[]; from?: number; to?: number }

export interface AoiResult extends Aoi {
  share: number;
  rank: number;
  timeToFirstAttention: number | null;
  peakShare: number;
  areaShare: number;
  timeline?: { time: number; share: number }[];
}

export interface GazePoint { x: number; y: number; mass: number; time?: number }

interface Score { score?: number; map?: string; timeline?: { time: number; score: number }[] }

export interface Outputs {
  input?: { image?: string; video?: string; poster?: Poster; width?: number; height?: number; frames?: number; duration?: number; outsideTraining?: boolean };
  attention?: {
    attentionMap?: string; perceptionMap?: string; hotspotsMap?: string; overlay?: string; grid?: string;
    data?: { json: string; csv: string; density: string };
    markers?: { edl: string; fcpxml: string; csv: string; eyeTrace: string };
    gazePath?: GazePoint[];
  };
  focus?: Score;
  clarity?: Score;
  excitingness?: Score;
  aois?: AoiResult[];
  elements?: ElementsOutput; // pages
  steal?: StealOutput; // pages
  variants?: VariantOutput[]; // pages
}

export interface Poster { plain?: string; heat?: string }

export interface PageElement { selector: string; role: string; name: string; box: Box; aboveFold: boolean }

export interface ElementResult extends PageElement { share: number; totalShare: number; rank: number; timeToFirstAttention: number | null; areaShare: number; density: number }

interface ElementsOutput { data?: string; count: number; rest: number; unlisted: number; list: ElementResult[] }

export interface StealRow { hidden: PageElement; own: number; points: { selector: string; points: number }[]; others: number; rest: number }

interface StealOutput { note: string; captures: number; seconds: number; rows: StealRow[] }

export interface VariantOutput {
  variant: string;
  image?: string;
  attentionMap?: string;
  width?: number;
  height?: number;
  focus?: number;
  clarity?: number;
  excitingness?: number;
  aois?: { name: string; visible: boolean; share: number }[];
  error?: { code: string; message: string };
}

export interface WireError { code: string; message: string; request_id?: string; param?: string }

export interface Analysis {
  id: string;
  _internal_exposed_id?: string;
  type?: Kind;
  status: Status;
  title: string;
  created_at: string;
  expires_at?: string;
  keep?: boolean;
  outputs?: Outputs;
  preview?: { grid?: string };
  error?: WireError;
  progress?: number;
  stage?: string;
  queue_position?: number;
  rendering?: { outputs: string[]; progress: number; error?: WireError };
}

export interface Scores { focus?: number; clarity?: number; excitingness?: number }

export interface ListItem {
  id: string;
  type: Kind;
  status: Status;
  title: string;
  created_at: string;
  expires_at?: string;
  keep?: boolean;
  scores?: Scores;
  poster?: Poster;
  progress?: number;
  stage?: string;
  queue_position?: number;
  error?: WireError;
}

export interface FrameRow {
  frame: number;
  time: number;
  focus: number;
  clarity: number | null;
  excitingness: number | null;
  cut: boolean;
  gaze: GazePoint[];
}

export interface FramesFile { width: number; height: number; model: string; frames: FrameRow[]; duration?: number }
