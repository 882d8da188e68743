// Fixtures run at the same time, because most tests wait: for a process to start, a client to answer or a time to pass.
// [NonParallelizable] is for tests that count what the whole process allocates, need all processors, or change state that other tests
// read. These tests run after all others.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(6)]
