'use strict';

// For the test of the matchers themselves, with the browser of the system.
module.exports = {
  testDir: __dirname,
  outputDir: process.env.SACCADE_OUTPUT || 'test-results',
  workers: 1,
  timeout: 120000,
  use: { launchOptions: { executablePath: process.env.SACCADE_CHROMIUM, args: ['--no-sandbox'] }, viewport: { width: 1280, height: 800 } },
};
