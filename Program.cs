using System;

Console.WriteLine("s3sync");
