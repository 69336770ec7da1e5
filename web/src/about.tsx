import { path } from './api';

// AboutScreen says what the numbers are, and what they cannot say.
export function AboutScreen() {
  return (
    <main id="main" class="page prose" tabIndex={-1}>
      <h1>What this can tell, and what it cannot</h1>
      <p>Saccade predicts where people look within the first seconds, by a neural network that was trained on the gaze of people
        who looked at photographs without a task. Everything else, the scores, the maps and the shares of areas, is computed from that prediction and from the pixels.</p>
      <h2>How right it is</h2>
      <p>The accuracy is measured against eye tracking and written down with the commands that measure it, in
        <code>docs/accuracy.md</code> of the program: on photographs the prediction is close to what one half of the viewers says about the other half.
        On web pages and on video it is further from people than on photographs.</p>
      <h2>Reading the numbers</h2>
      <ul>
        <li><strong>Heat</strong> has one scale for everything: indigo is a little more attention than by chance, yellow sixteen times as much. Two videos can be compared by eye.</li>
        <li><strong>Share</strong> is the part of all attention that falls into an area. A large area gets more by its size alone.</li>
        <li><strong>First seen</strong> is the time by which half of the viewers have looked there once.</li>
        <li><strong>Scores</strong> are percentiles among 230 home pages; 50 is the median. Small differences are no news: up to 4 points of focus, 9 of clarity, 6 of excitingness.</li>
      </ul>
      <h2>What it does not know</h2>
      <ul>
        <li>What somebody wants: with a task in mind, people look elsewhere.</li>
        <li>What words mean, who is famous, which brand is loved.</li>
        <li>Whether people like what they see, or act on it. Attention is not success.</li>
        <li>Clarity was checked on ads and interiors, never on pages; excitingness agrees with people only roughly.</li>
      </ul>
      <p class="soft">Everything here can also be done by programs: <a href={path('docs')}>the API</a>.</p>
      <h2>Software of others in this page</h2>
      <p class="soft small">Preact and Preact Signals (MIT), uPlot (MIT), Mediabunny (MPL-2.0).</p>
    </main>
  );
}
