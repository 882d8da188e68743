// Fixtures run side by side: most of what a test does is wait for a process to start, a client to answer or a time to pass.
// [NonParallelizable] is for those that count what the whole process allocates, that need the processors to themselves, or that
// change what others look at. They run after all others.
[assembly: Parallelizable(ParallelScope.Fixtures)]
[assembly: LevelOfParallelism(6)]
