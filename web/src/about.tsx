import { path } from './api';

// figures are those of docs/accuracy.md; a test compares them.
const figures = [
  ['OSIE, 55 images', '3.189 (2.879..3.512)', '3.667 (3.432..3.900)', '0.880 (0.769..0.994)'],
  ['EyeCrowd, 42 images', '2.226 (2.016..2.448)', '2.360 (2.181..2.555)', '1.062 (0.984..1.134)'],
  ['Scene, 41 images', '1.868 (1.681..2.067)', '2.082 (1.887..2.274)', '1.213 (1.088..1.349)'],
] as const;

// AboutScreen says what the numbers are, and what they cannot say.
export function AboutScreen() {
  return (
    <main id="main" class="page prose" tabIndex={-1}>
      <h1>What this can tell, and what it cannot</h1>
      <p>Saccade predicts where people look within the first seconds, by a neural network that was trained on the gaze of people
        who looked at photographs without a task. Everything else, the scores, the maps and the shares of areas, is computed from that prediction and from the pixels.</p>
      <h2>How right it is</h2>
      <p>Measured against eye tracking, as NSS: how far the predicted attention lies above its mean where people looked, in standard
        deviations; 0 is chance. In brackets the 95 % interval. Beside it, how well the other viewers predict one of them.</p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Measured figures">
        <table class="figures">
          <thead><tr><th scope="col">Photographs that it was not trained on</th><th scope="col">Prediction</th><th scope="col">Other viewers</th><th scope="col">Center of the image</th></tr></thead>
          <tbody>{figures.map(([name, ...cells]) => <tr key={name}><th scope="row">{name}</th>{cells.map((c) => <td key={c} class="num">{c}</td>)}</tr>)}</tbody>
        </table>
      </div>
      <p>On 26 clips of video, each left out of the training in its turn, NSS is <b class="figure">3.196</b>, where a spot in the center has <b class="figure">1.324</b>. Pages
        are the least certain. The commands that measure this, and what the figures do not say, are in <code>docs/accuracy.md</code> of the program.</p>
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
